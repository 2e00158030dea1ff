import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';

export const listStockMovementsInput = z.strictObject({ ...pageInput, productId: id });
