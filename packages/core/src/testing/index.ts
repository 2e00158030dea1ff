export { openTestDatabase, type TestDatabase } from './test-database.ts';
export { startFakeGatewayApi, type FakeApiResponse } from './fake-gateway-api.ts';
export { takeChanges, type Change } from './pgoutput.ts';
export { writeManyOrders } from './rows/many-orders.ts';
export { addLongLists } from './rows/long-lists.ts';
export { findProgram } from './find-program.ts';
export { startWebhookReceiver, versionsBySubject, type WebhookReceiver } from './webhook-receiver.ts';
