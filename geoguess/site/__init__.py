"""Parts of the site without game logic: security policy, rate limits, static files, PWA, health checks, admin menu."""
