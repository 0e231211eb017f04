"""The WSGI application; the process that loads it is a web server and may not keep a sender waiting."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("PROCESS", "web")

from django.core.wsgi import get_wsgi_application  # the settings read the environment set above

application = get_wsgi_application()
