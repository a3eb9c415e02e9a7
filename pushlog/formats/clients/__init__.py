"""The other clients that push: one module for each, all building parsed pushes."""
