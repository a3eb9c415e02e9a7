# shellcheck shell=bash
# Sourced: `pushlog` runs the version that was asked for, from whatever can run it here.

pushlog() {
  if [ -z "${VERSION:-}" ] && type -P pushlog >/dev/null; then
    command pushlog "$@"
  elif type -P uvx >/dev/null; then
    uvx --from "pushlog${VERSION:+==$VERSION}" pushlog "$@"
  else
    pipx run --spec "pushlog${VERSION:+==$VERSION}" pushlog "$@"
  fi
}
