import type { Order } from '../order/use-order.ts';
import type { OneReturn } from './returns-tabs.ts';

/** The dialog that is open, with what it is about. */
export type OpenDialog =
  | { dialog: 'approve' | 'decline' | 'receive' | 'refund' | 'replace' | 'exchange' | 'close' | 'cancel' }
  | { dialog: 'cancelReplacement'; shipmentId: string };

/** What every dialog of a return gets. */
export type ReturnDialogProps = { aReturn: OneReturn; order: Order; onClose: () => void };
