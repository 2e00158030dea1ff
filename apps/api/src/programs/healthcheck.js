// healthcheck: exits with 0 when the API of this machine can serve. For images without curl.
const port = process.env.PORT || '3000';
const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) }).catch(() => {});
process.exit(response?.ok ? 0 : 1);
