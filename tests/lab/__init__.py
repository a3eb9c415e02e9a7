"""A lab on loopback: real pushes through real proxies to a real registry, with a fault, and the logs of every side.

Run by hand, as root: `python -m tests.lab OUT [NAMES] --engines FOLDER`. It needs Debian's docker-registry, nginx,
haproxy, apache2, caddy, strace and openssl, `hub.corp.example` for 127.0.0.1 in /etc/hosts, and in FOLDER a running
daemon for each of `g20`, `g26` and `c26`, with its `docker.sock` and, started with `--debug`, its `dockerd.log`: Docker
20.10 and 26.1 with the graphdriver store, and 26.1 with that of containerd; `--insecure-registry hub.corp.example:5555
--max-concurrent-uploads 5`. Each recording is a folder with `truth.json`: what was injected, and the bytes that two
taps counted.
"""
