"""What the program says of itself: pages of rules, errors, files and topics for `explain`, and the site of them."""
