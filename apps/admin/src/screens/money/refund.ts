import type { RouterOutputs } from '@commerce-core/client';

export type Refund = RouterOutputs['refund']['list']['items'][number];
