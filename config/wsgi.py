"""The WSGI application; the process that loads it is a web server and may not keep a sender waiting."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("PROCESS", "web")

import django

from config.requests import Handler

django.setup(set_prefix=False)  # the settings read the environment set above
application = Handler()
