"""A new version of a scheme: drafted in the browser, simulated over the whole city, published by a second person."""
