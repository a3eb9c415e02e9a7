"""From events to a timeline: the clock, what each layer went through, and how far the push got."""
