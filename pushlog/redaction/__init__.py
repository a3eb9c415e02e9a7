"""Secrets: found in texts, hidden in results and in logs; pseudonyms for names."""
