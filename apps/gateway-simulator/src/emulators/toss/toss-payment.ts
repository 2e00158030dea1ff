import { code as find } from 'currency-codes';
import { refundableAmount, refundedAmount, type BankPayment, type BankRefund } from '../../bank/bank-payment.ts';
import { refundReason } from '../refund-reasons.ts';

/** Returns Toss's Payment object, version 2022-11-16. Times are Korean time. */
export function tossPayment(payment: BankPayment) {
  const { id, shopPaymentId, method, approvedAt, payableUntil, failureCode } = payment;
  const currency = approvedAt ? payment.currency : payment.requestedCurrency;
  const total = approvedAt ? payment.authorizedAmount : payment.requestedAmount;
  const status = statusOf(payment);
  const decimal = (amount: number) => toDecimal(amount, currency);
  const cancels = cancelsOf(payment, status, decimal);
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

function cancelsOf(payment: BankPayment, status: string, decimal: (amount: number) => number) {
  const { id, approvedAt, requestedAmount, createdAt, refunds } = payment;
  // Toss lists a virtual account that was closed before its deposit as a cancel of the whole amount.
  const closed =
    status === 'CANCELED' && !approvedAt
      ? [cancelOf({ key: `close_${id}`, amount: decimal(requestedAmount), reason: 'Closed', at: createdAt, left: 0 })]
      : [];
  return [
    ...closed,
    ...refunds.map((refund) =>
      cancelOf({
        key: refund.id,
        amount: decimal(refund.amount),
        reason: refundReason(payment, refund),
        at: refund.createdAt,
        left: decimal(refundableAmount(payment)),
        status: cancelStatus[refund.status],
      }),
    ),
  ];
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

/** Returns Toss's Transaction objects of a payment: its approval and its cancels, each with its time. */
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

/** Returns a time as Toss writes it: Korean time without milliseconds. */
export const koreanTime = (time: Date): string =>
  `${new Date(time.getTime() + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;

const decimalsOf = (currency: string): number => find(currency)?.digits ?? 2;

// Toss writes amounts with decimals: 10.5 dollars.
const toDecimal = (amount: number, currency: string): number => amount / 10 ** decimalsOf(currency);

/** Converts an amount as Toss writes it to minor units. */
export const fromDecimal = (amount: number, currency: string): number =>
  Math.round(amount * 10 ** decimalsOf(currency));
