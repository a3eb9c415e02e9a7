"""The pages of the HTML report; anchored here so that every kind of install finds them."""
