import { defineCell, expr } from '@ostinato/kernel';

/**
 * The context units of the structurally constrained recurrent network (Mikolov et al. 2014, "Learning longer memory in recurrent neural
 * networks"): each forgets slowly, and none sees another. The parameter is α.
 *
 *     s' = (1 - α) x + α s
 */
export const scrnContext = defineCell(
  { name: 'scrn-context', gates: 1, states: 1, parameters: 1 },
  ({ x, s: [s], p: [alpha] }) => [expr.add(x[0]!, expr.mul(alpha!, expr.sub(s!, x[0]!)))],
);
