/** The promises that a simulation judges; K12 is about permissions, which it has none of. */
export const PROMISES = ['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K9', 'K10', 'K11', 'K13', 'K14'] as const;
export type PromiseName = (typeof PROMISES)[number];
