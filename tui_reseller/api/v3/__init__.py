"""What both v3 services have alike: how they answer, how often they may be asked, and lists in pages."""
