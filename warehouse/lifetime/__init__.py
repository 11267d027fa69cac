"""What buyers will probably do: models of how often they come back and of what they spend, and how they are judged."""
