import { Hono } from 'hono';
import { z } from 'zod';
import type { Book } from '../book.ts';
import { PaymentNotFound } from './request-errors.ts';

const pageInput = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
});

/**
 * `GET /book`: totals and a page of payments. `GET /book/:paymentId`: one payment, by the shop's or the gateway's id.
 */
export function bookRoutes(book: Book): Hono {
  return new Hono()
    .get('/book', (c) => {
      const { limit, cursor } = pageInput.parse(c.req.query());
      return c.json({ totals: book.totals(), ...book.page(limit, cursor) });
    })
    .get('/book/:paymentId', (c) => {
      const payment = book.find(c.req.param('paymentId'));
      if (payment) return c.json(payment);
      throw new PaymentNotFound();
    });
}
