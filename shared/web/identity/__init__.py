"""身份: whose tokens an instance accepts, what they say, and how it comes by its own."""
