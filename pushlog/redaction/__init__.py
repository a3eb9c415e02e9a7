"""What a log must not give away: secrets found, hidden in results and in logs, names put under other names."""
