import { defineConfig } from 'vite';

export default defineConfig({
  base: '/admin/',
  build: {
    target: 'es2022',
    // A file of its own for everything: the page's policy allows no inline text.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Libraries mark files for servers that render React. This page has no such server.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
