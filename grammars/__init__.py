"""The shapes of lines, one grammar for each dialect; anchored here so that every kind of install finds them."""
