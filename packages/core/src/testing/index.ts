export { openTestDatabase, type TestDatabase } from './test-database.ts';
export { standIn, type Answer } from './stand-in.ts';
