import { z } from 'zod';
import { id } from '../ids.ts';
import { line } from '../text.ts';

export const shipmentIdInput = z.strictObject({ shipmentId: id });
export const dispatchShipmentInput = z.strictObject({ shipmentId: id, carrier: line(100), trackingNumber: line(100) });
