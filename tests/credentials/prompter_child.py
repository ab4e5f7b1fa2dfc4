"""Owns the name of the desktop's prompter and never answers a prompt."""

import sys

from jeepney import MessageType, new_method_return
from jeepney.bus_messages import DBusNameFlags, message_bus
from jeepney.io.blocking import open_dbus_connection

with open_dbus_connection(bus="SESSION") as connection:
    reply = connection.send_and_get_reply(
        message_bus.RequestName("org.gnome.keyring.SystemPrompter", DBusNameFlags.do_not_queue)
    )
    sys.stdout.write("ready\n" if reply.body == (1,) else "refused\n")
    sys.stdout.flush()
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            sys.stdout.write("asked\n")
            sys.stdout.flush()
            connection.send(new_method_return(message))
