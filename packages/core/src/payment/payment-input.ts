import { z } from 'zod';
import { id } from '../ids.ts';
import { line } from '../text.ts';

export const createPaymentInput = z.strictObject({ orderId: id, provider: line(50) });
