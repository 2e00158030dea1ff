import { z } from 'zod';
import { id } from '../ids.ts';

export const gatewayEventIdInput = z.strictObject({ gatewayEventId: id });
