import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

/** The parameter store as the registry uses it. */
export function ssmContract(target: ContractTarget): void {
  describe(`SSM of ${target.name}`, () => {
    const { ssm } = target.makeClients();
    const put = (Name: string, Value: string, Overwrite = false) =>
      ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite }));

    it('keeps a parameter and counts its versions', async () => {
      const Name = `/${fresh('counted')}/entry`;
      expect((await put(Name, 'one')).Version).toBe(1);
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
      expect(Parameter).toMatchObject({ Name, Value: 'one', Type: 'String', Version: 1, DataType: 'text' });
      expect(Parameter?.ARN).toMatch(new RegExp(`^arn:aws:ssm:eu-west-1:\\d{12}:parameter${Name}$`));
      expect(Parameter?.LastModifiedDate).toBeInstanceOf(Date);
      expect((await put(Name, 'two', true)).Version).toBe(2);
      expect((await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value).toBe('two');
    });

    it('overwrites only when told to', async () => {
      const Name = `/${fresh('kept')}/entry`;
      await put(Name, 'one');
      await expect(put(Name, 'two')).rejects.toMatchObject(
        awsError('ParameterAlreadyExists', 400, /set the overwrite option in the request to true/),
      );
    });

    it('takes four kilobytes and not a byte more', async () => {
      const Name = `/${fresh('size')}/entry`;
      await put(Name, 'x'.repeat(4096));
      const larger = () => put(Name, 'x'.repeat(4097), true);
      await target.differs('parameter-size', {
        aws: () =>
          expect(larger()).rejects.toMatchObject(
            awsError('ValidationException', 400, /maximum parameter value of 4096 characters/),
          ),
        moto: () => expect(larger()).resolves.toBeDefined(),
      });
    });

    it('needs a type for a new parameter', async () => {
      await expect(
        ssm.send(new PutParameterCommand({ Name: `/${fresh('typed')}/entry`, Value: 'x' })),
      ).rejects.toMatchObject(
        awsError('ValidationException', 400, 'A parameter type is required when you create a parameter.'),
      );
    });

    it('does not know a parameter that is not there', async () => {
      const Name = '/nobody/put/this/here';
      const read = ssm.send(new GetParameterCommand({ Name }));
      await expect(read).rejects.toMatchObject(awsError('ParameterNotFound', 400));
      await expect(ssm.send(new DeleteParameterCommand({ Name }))).rejects.toMatchObject(
        awsError('ParameterNotFound', 400),
      );
      const { Parameters, InvalidParameters } = await ssm.send(new GetParametersCommand({ Names: [Name] }));
      expect(Parameters).toEqual([]);
      expect(InvalidParameters).toEqual([Name]);
    });

    it('lists a path by pages of at most ten', async () => {
      const base = `/${fresh('paged')}`;
      const names = Array.from({ length: 23 }, (_, index) => `${base}/key-${String(index).padStart(2, '0')}`);
      for (const name of names) await put(name, name);
      const pages: string[][] = [];
      let NextToken: string | undefined;
      do {
        const answer = await ssm.send(
          new GetParametersByPathCommand({ Path: base, MaxResults: 10, ...(NextToken ? { NextToken } : {}) }),
        );
        pages.push((answer.Parameters ?? []).map((parameter) => parameter.Name ?? ''));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined);
      expect(pages.map((page) => page.length)).toEqual([10, 10, 3]);
      expect(pages.flat().sort()).toEqual(names);
      await expect(ssm.send(new GetParametersByPathCommand({ Path: base, MaxResults: 11 }))).rejects.toMatchObject(
        awsError('ValidationException', 400, /less than or equal to 10/),
      );
    });

    it('goes below the first level only when told to', async () => {
      const base = `/${fresh('deep')}`;
      await put(`${base}/a`, 'x');
      await put(`${base}/b/c`, 'x');
      await put(`${base}er/d`, 'x');
      const names = async (Recursive: boolean) => {
        const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: base, Recursive }));
        return (Parameters ?? []).map((parameter) => parameter.Name).sort();
      };
      expect(await names(false)).toEqual([`${base}/a`]);
      expect(await names(true)).toEqual([`${base}/a`, `${base}/b/c`]);
    });

    it('deletes a parameter', async () => {
      const Name = `/${fresh('deleted')}/entry`;
      await put(Name, 'x');
      await ssm.send(new DeleteParameterCommand({ Name }));
      await expect(ssm.send(new GetParameterCommand({ Name }))).rejects.toMatchObject({ name: 'ParameterNotFound' });
    });

    it('refuses names that it reserves or cannot hold', async () => {
      await expect(put('/aws/mine', 'x')).rejects.toMatchObject({ name: expect.stringMatching(/Exception$/) });
      const withAt = () => put('/user@example.com', 'x');
      await target.differs('parameter-name', {
        aws: () => expect(withAt()).rejects.toMatchObject(awsError('ValidationException', 400)),
        moto: () => expect(withAt()).resolves.toBeDefined(),
      });
    });
  });
}
