"""The bulk reader: lines that repeat by the million become columns, by patterns derived from the grammars."""
