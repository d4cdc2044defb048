"""Microsoft Teams. The only place that knows botbuilder; imported only where Teams is configured."""
