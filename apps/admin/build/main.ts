import { buildPage } from './build-page.ts';

// Builds the page's files, for a server that `npm start` doesn't start.
const { folder } = await buildPage();
console.log(folder);
