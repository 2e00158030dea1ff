import { connect, createCommerce, mockGateway } from '@commerce-core/core';

// A process that runs the background jobs until it is killed: it numbers the events.
const [url = ''] = process.argv.slice(2);
const commerce = createCommerce({
  database: connect({ url }),
  gateways: [mockGateway(['whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])],
});
// A reader in the process, so that it numbers at once.
void (async () => {
  for await (const _ of commerce.followEvents());
})();
await commerce.numberEvents();
process.send?.('ready');
await commerce.runJobs(new AbortController().signal);
