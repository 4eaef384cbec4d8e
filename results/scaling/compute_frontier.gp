# Loss against compute: the runs, their frontier, and the laws fitted to it.
# 'gnuplot compute_frontier.gp', here, draws compute_frontier.svg and compute_frontier.pdf from compute_frontier.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'compute_frontier.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,203 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.11111in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'compute_frontier.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.100106
set rmargin at screen 0.66446
set tmargin at screen 0.960526
set bmargin at screen 0.171053
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
set logscale x
unset logscale y
set xrange [6.39388e10:3.42126e13]
set yrange [2.91697:6.65121]
set xtics ('10^{11}' 1.00000e11, '10^{12}' 1.00000e12, '10^{13}' 1.00000e13, '' 7.00000e10 1, '' 8.00000e10 1, '' 9.00000e10 1, '' 2.00000e11 1, '' 3.00000e11 1, '' 4.00000e11 1, '' 5.00000e11 1, '' 6.00000e11 1, '' 7.00000e11 1, '' 8.00000e11 1, '' 9.00000e11 1, '' 2.00000e12 1, '' 3.00000e12 1, '' 4.00000e12 1, '' 5.00000e12 1, '' 6.00000e12 1, '' 7.00000e12 1, '' 8.00000e12 1, '' 9.00000e12 1, '' 2.00000e13 1, '' 3.00000e13 1) enhanced
set ytics ('3' 3, '4' 4, '5' 5, '6' 6) noenhanced
unset label
unset arrow
set label 'compute (FLOP)' at graph 0.5, screen 0.0394737 center noenhanced
set label 'loss (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from graph 0.962963, graph 0.13836 to graph 1.05147, graph 0.0695157 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'power law' at graph 1.06617, graph 0.0695157 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.962963, graph 0.177954 to graph 1.05147, graph 0.136182 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'frontier' at graph 1.06617, graph 0.136182 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.962963, graph 0.179274 to graph 1.05147, graph 0.202849 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'one break' at graph 1.06617, graph 0.202849 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.962963, graph 0.18505 to graph 1.05147, graph 0.269516 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'power law with offset' at graph 1.06617, graph 0.269516 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.852469, graph 0.333608 to graph 1.05147, graph 0.336182 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'other runs' at graph 1.06617, graph 0.336182 left noenhanced textcolor rgb '#8E5474'
plot \
    'compute_frontier.csv' using (of(1, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'compute_frontier.csv' using (of(2, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'compute_frontier.csv' using (of(3, cell('compute'))):(cell('low')):(cell('high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'compute_frontier.csv' using (of(1, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'compute_frontier.csv' using (of(2, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'compute_frontier.csv' using (of(3, cell('compute'))):(cell('loss')) with lines linewidth 1 linecolor rgb '#009E73' dashtype 1 notitle, \
    'compute_frontier.csv' using (of(4, cell('compute'))):(cell('loss')) with points pointtype 13 pointsize 0.5 linecolor rgb '#CC79A7' notitle, \
    'compute_frontier.csv' using (of(5, cell('compute'))):(cell('loss')) with points pointtype 11 pointsize 0.5 linecolor rgb '#E69F00' notitle
set output
