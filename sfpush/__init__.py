"""sfpush pushes Apollo.io records into Salesforce by rules that can be read before anything is written."""

__version__ = "0.1.0"
