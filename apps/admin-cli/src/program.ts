import type { Command, OutputConfiguration } from 'commander';
import type { CommandContext, OutputStream } from './command-context.ts';
import { addCallCommands } from './commands/calls.ts';
import { addDisputeCommands } from './commands/disputes.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addEventLogCommands } from './commands/events.ts';
import { addEventCommands } from './commands/gateway-events.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addOrderCommands } from './commands/orders.ts';
import { addParcelCommands } from './commands/parcels.ts';
import { addPaymentCommands } from './commands/payments.ts';
import { addProductCommands } from './commands/products.ts';
import { addReconcileCommand } from './commands/reconcile.ts';
import { addRefundCommands } from './commands/refunds.ts';
import { addReturnCommands } from './commands/returns.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addSinkCommands } from './commands/sinks.ts';
import { addShippingOptionCommands } from './commands/shipping-options.ts';
import { addShipmentCommands } from './commands/shipments.ts';
import { addStockCommands } from './commands/stock.ts';
import { addTokenCommand } from './commands/token.ts';
import { addTrackingMessageCommands } from './commands/tracking-messages.ts';
import { addWebhookCommands } from './commands/webhooks.ts';
import { resolveIds } from './find-id.ts';
import { refuseEmptyArgument, StrictCommand } from './strict-command.ts';

const about = `
Finds the shop that \`npm start\` runs from this folder or one above it; or set
  COMMERCE_URL       where the shop is, for instance http://127.0.0.1:3000
  COMMERCE_API_KEY   an operator's key (never on the command line: others can read that)

Prices are written in the currency's own units: 12.50 for GBP, 15000 for KRW.
Things are named by id or the beginning of an id, orders by reference too, products by
sku. Exit codes: 0 done, 1 refused or failed, 2 called wrongly.

Examples:
  $ commerce products list
  $ commerce orders create MUG-BLUE=2 --customer ana
  $ commerce orders show 0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90
  $ commerce doctor`;

/** Builds the whole command line. It throws CommanderError where commander would end the process. */
export function createProgram(context: CommandContext): Command {
  const program = new StrictCommand('commerce')
    .hook('preAction', refuseEmptyArgument)
    .hook('preAction', async (_root, command) => resolveIds(context, command))
    .description('Runs a shop from the command line: what is sold, what is there, who ordered what.')
    .addHelpText('after', about)
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureOutput(outputOf(context));
  addProductCommands(program, context);
  addStockCommands(program, context);
  addShippingOptionCommands(program, context);
  addOrderCommands(program, context);
  addShipmentCommands(program, context);
  addParcelCommands(program, context);
  addPaymentCommands(program, context);
  addRefundCommands(program, context);
  addReturnCommands(program, context);
  addDisputeCommands(program, context);
  addEventLogCommands(program, context);
  addEventCommands(program, context);
  addTrackingMessageCommands(program, context);
  addCallCommands(program, context);
  addWebhookCommands(program, context);
  addSinkCommands(program, context);
  addKeyCommands(program, context);
  addDoctorCommand(program, context);
  addReconcileCommand(program, context);
  addTokenCommand(program, context);
  addReplayCommand(program, context);
  return program;
}

/** Tells commander where to write and how wide that is: 80 columns for a pipe. */
function outputOf({ stdout, stderr }: CommandContext): OutputConfiguration {
  const widthOf = (stream: OutputStream) => (stream.isTTY ? (stream.columns ?? 80) : 80);
  return {
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
    getOutHelpWidth: () => widthOf(stdout),
    getErrHelpWidth: () => widthOf(stderr),
  };
}
