/** A trigram model that fits a page, for tests: `big` is never listed after `the` alone, and no context has `blue`. */
export const smallArpa = `some words before

\\data\\
ngram 1=7
ngram 2=6
ngram 3=2

\\1-grams:
-99\t<s>\t-0.3
-1.0\t</s>
-1.5\t<unk>\t-0.25
-0.5\tthe\t-0.2
-0.9\tdog\t-0.1
-1.1\tbig
-1.3\tblue\t0.05

\\2-grams:
-0.2\t<s> the\t-0.15
-0.4\tthe dog\t-0.05
-0.6\tdog </s>
-0.7\tbig dog\t-0.35
-0.8\tdog the
-0.3\tthe <unk>\t-0.45

\\3-grams:
-0.1\t<s> the dog
-0.11\tthe dog </s>

\\end\\
`;
