import type { RouterOutputs } from '@commerce-core/client';

export type Product = RouterOutputs['product']['get'];
export type Stock = RouterOutputs['stock']['get'];
