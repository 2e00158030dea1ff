export { natsServer, startNatsServer, type TestNatsServer } from './nats-server.testing.ts';
export { readNatsStream } from './nats-stream.testing.ts';
