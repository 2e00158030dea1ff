// For service files that start the API by this name. main.js starts with 15 MB less.
await import('./main.js');
