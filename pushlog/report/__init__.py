"""The outputs, one module each; all read the Diagnosis alone."""
