import { code as find } from 'currency-codes';
import { refundableAmount, refundedAmount, type BankPayment, type BankRefund } from '../bank-payment.ts';
import type { Change } from '../bank.ts';
import { reasonOf } from './refund-reasons.ts';

/** Toss's Payment object, version 2022-11-16, as far as it depends on what happened. Times are Korea's. */
export function tossPayment(payment: BankPayment) {
  const { id, shopPaymentId, method, approvedAt, payableUntil, failureCode, refunds } = payment;
  const currency = approvedAt ? payment.currency : payment.askedCurrency;
  const total = approvedAt ? payment.authorizedAmount : payment.askedAmount;
  const status = statusOf(payment);
  const decimal = (amount: number) => toDecimal(amount, currency);
  // An account that is closed before its deposit is listed as a cancel of its whole amount, which never came.
  const closed =
    status === 'CANCELED' && !approvedAt
      ? [cancelOf({ key: `close_${id}`, amount: decimal(total), reason: 'Closed', at: payment.createdAt, left: 0 })]
      : [];
  const cancels = [
    ...closed,
    ...refunds.map((refund) =>
      cancelOf({
        key: refund.id,
        amount: decimal(refund.amount),
        reason: reasonOf(payment, refund),
        at: refund.createdAt,
        left: decimal(refundableAmount(payment)),
        status: cancelStatus[refund.status],
      }),
    ),
  ];
  return {
    version: '2022-11-16',
    mId: 'simulated',
    type: 'NORMAL',
    country: 'KR',
    paymentKey: id,
    orderId: shopPaymentId,
    orderName: 'Goods',
    status,
    method: payableUntil ? '가상계좌' : (method ?? '카드'),
    lastTransactionKey: cancels.at(-1)?.transactionKey ?? id,
    requestedAt: koreanTime(payment.createdAt),
    approvedAt: approvedAt && koreanTime(approvedAt),
    useEscrow: false,
    currency,
    totalAmount: decimal(total),
    balanceAmount: decimal(approvedAt ? refundableAmount(payment) : total),
    isPartialCancelable: true,
    virtualAccount: payableUntil && {
      accountType: '일반',
      accountNumber: 'X6505636518308',
      bankCode: '20',
      dueDate: koreanTime(payableUntil).slice(0, 19),
      expired: status === 'EXPIRED',
    },
    cancels: cancels.length > 0 ? cancels : null,
    failure: status === 'ABORTED' && failureCode !== null ? { code: failureCode, message: '거절되었습니다.' } : null,
    secret: payableUntil ? `ps_${id.slice(-12)}` : null,
  };
}

function statusOf(payment: BankPayment): string {
  switch (payment.state) {
    case 'CREATED':
      return payment.details['agreed'] === undefined ? 'READY' : 'IN_PROGRESS';
    case 'WAITING':
      return 'WAITING_FOR_DEPOSIT';
    case 'FAILED':
      return 'ABORTED';
    case 'CANCELED':
      return payment.failureCode === 'expired' ? 'EXPIRED' : 'CANCELED';
    case 'AUTHORIZED':
    case 'CAPTURED':
      if (payment.refunds.every(({ status }) => status === 'FAILED')) return 'DONE';
      return refundedAmount(payment) === payment.capturedAmount ? 'CANCELED' : 'PARTIAL_CANCELED';
  }
}

const cancelStatus: Record<BankRefund['status'], string> = {
  PENDING: 'IN_PROGRESS',
  SUCCEEDED: 'DONE',
  FAILED: 'ABORTED',
};

function cancelOf(cancel: { key: string; amount: number; reason: string; at: Date; left: number; status?: string }) {
  const { key, amount, reason, at, left, status = 'DONE' } = cancel;
  return {
    transactionKey: key,
    cancelReason: reason,
    cancelAmount: amount,
    refundableAmount: left,
    taxFreeAmount: 0,
    taxExemptionAmount: 0,
    canceledAt: koreanTime(at),
    cancelStatus: status,
    cancelRequestId: null,
  };
}

/** Toss's Transaction objects of a payment: its approval and its cancels, each with when it happened. */
export function tossTransactions(payment: BankPayment) {
  const { approvedAt, refunds, id } = payment;
  if (!approvedAt) return [];
  const { mId, paymentKey, orderId, method, currency, totalAmount, cancels } = tossPayment(payment);
  const about = { mId, paymentKey, orderId, method, currency, useEscrow: false, customerKey: null };
  const done = {
    transactionKey: id,
    status: 'DONE',
    amount: totalAmount,
    transactionAt: koreanTime(approvedAt),
    ...about,
  };
  return [
    { at: approvedAt, transaction: done },
    ...refunds.map(({ id: transactionKey, createdAt }) => {
      const amount = -(cancels?.find((cancel) => cancel.transactionKey === transactionKey)?.cancelAmount ?? 0);
      const canceled = { ...done, transactionKey, status: 'CANCELED', amount, transactionAt: koreanTime(createdAt) };
      return { at: createdAt, transaction: canceled };
    }),
  ];
}

/** What Toss posts of a change, or nothing. A deposit is told on its own, without the wrapping of the others. */
export function tossWebhook({ type, at, payment, refund }: Change): object | undefined {
  const createdAt = `${koreanTime(at).slice(0, 19)}.${String(at.getMilliseconds()).padStart(3, '0')}000`;
  const data = tossPayment(payment);
  switch (type) {
    case 'CREATED':
    case 'ATTEMPT_FAILED':
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return undefined;
    case 'AUTHORIZED':
    case 'CAPTURED':
      if (payment.payableUntil) {
        const { secret, status, lastTransactionKey, orderId } = data;
        return { createdAt, secret, status, transactionKey: lastTransactionKey, orderId };
      }
      return { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data };
    case 'REFUND_PENDING':
    case 'REFUND_FAILED': {
      const { paymentKey, orderId, cancels } = data;
      const cancel = cancels?.find(({ transactionKey }) => transactionKey === refund?.id);
      return { eventType: 'CANCEL_STATUS_CHANGED', createdAt, data: { paymentKey, orderId, ...cancel } };
    }
    case 'PENDING':
    case 'FAILED':
    case 'CANCELED':
    case 'REFUNDED':
      return { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data };
  }
}

const koreanTime = (time: Date): string =>
  `${new Date(time.getTime() + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;

const decimalsOf = (currency: string): number => find(currency)?.digits ?? 2;

/** Toss writes amounts with decimals: 10.5 dollars. */
const toDecimal = (amount: number, currency: string): number => amount / 10 ** decimalsOf(currency);

/** In minor units. */
export const fromDecimal = (amount: number, currency: string): number =>
  Math.round(amount * 10 ** decimalsOf(currency));
