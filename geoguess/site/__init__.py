"""What all pages share: policies, limits, static files, the app, health, the admin's sections."""
