/** Whether numbers rise, without a repetition. */
export const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > numbers[index - 1]!);
