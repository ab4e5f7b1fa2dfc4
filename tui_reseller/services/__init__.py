"""What an operator can do: async use cases, once for both front doors, and the ports they need.

Here belongs what is refused, what is re-read, what counts as applied and what is written down. Here does not belong
anything that knows a screen, a wire format, a driver or a file.
"""
