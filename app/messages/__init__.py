"""Messages inside the platform: what a person or an organisation should know, once per event, kept as sent."""
