"""Pages of `pushlog explain` that belong to no rule: plain text, paragraphs, lists and indented code."""
