"""The operating system around the program: clock, logs, processes, thread priorities."""
