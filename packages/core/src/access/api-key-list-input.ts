import { z } from 'zod';
import { pageInput } from '../list-input.ts';

export const listApiKeysInput = z.strictObject(pageInput);
