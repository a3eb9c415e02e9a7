"""The Diagnosis of a push, built from its events and timeline, and the facts that several rules share."""
