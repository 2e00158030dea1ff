import type { RouterOutputs } from '@commerce-core/client';

/** A payment in both books. */
export type Reconciled = RouterOutputs['payment']['reconcile']['items'][number];
