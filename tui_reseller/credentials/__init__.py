"""Where keys come from and sleep: a command, the OS keyring, the memory of this process, the environment.

Here belongs everything that knows the keyring library. Here does not belong a store in plain text, nor silence: it is
always said which source is used.
"""
