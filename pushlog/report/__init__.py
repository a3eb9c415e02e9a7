"""What is shown: one module for each output; all read the Diagnosis alone."""
